// Nothing but `node:http`.
import * as http from 'node:http';
import { serveHello } from './hello.mjs';

serveHello(http, () => 0);
