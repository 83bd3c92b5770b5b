// decrypt.js - reads {"body", "key", "auth"} (base64url) and writes the message, decrypted by http_ece
'use strict';
const crypto = require('crypto');
const ece = require('http_ece');

const given = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const bytes = (name) => Buffer.from(given[name], 'base64url');
const receiver = crypto.createECDH('prime256v1');
receiver.setPrivateKey(bytes('key'));
process.stdout.write(ece.decrypt(bytes('body'), { version: 'aes128gcm', privateKey: receiver, authSecret: bytes('auth') }));
