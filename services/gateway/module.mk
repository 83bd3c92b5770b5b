MODULES += ae-gateway=gateway
