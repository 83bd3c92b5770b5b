-- One change of the registry at a time, from here to the end of the transaction.
LOCK TABLE analytics.ml_model_metadata IN SHARE ROW EXCLUSIVE MODE
