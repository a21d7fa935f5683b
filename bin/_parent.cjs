// Preloaded by _node.cjs: when the process that started this one is gone, stop as on SIGTERM.
'use strict';

var net = require('net');

var parent = new net.Socket({ fd: 3 });
parent.on('close', function () {
  process.kill(process.pid, 'SIGTERM');
});
parent.on('error', function () {});
parent.resume();
parent.unref();
