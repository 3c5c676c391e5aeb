// pino-http with three secrets redacted, writing where it does by default: to the standard output.
import * as http from 'node:http';
import { pinoHttp } from 'pino-http';
import { serveHello } from './hello.mjs';

const redact = ['req.headers.authorization', 'req.headers.cookie', 'req.headers["x-api-key"]'];

serveHello(http, () => 0, pinoHttp({ redact }));
