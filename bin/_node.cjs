// Runs a .ts file of the repository with the Node that package.json pins, whatever Node the machine has.
// Old syntax on purpose: the Node that reads this file may be any.
//
// The child gets a session of its own, so that Ctrl-C reaches it once (through this process) and not twice
// (from the terminal as well); it watches this process through descriptor 3 and stops when it is gone,
// even when this process was killed without a chance to say so.
'use strict';

var childProcess = require('child_process');
var fs = require('fs');
var os = require('os');
var path = require('path');

// A signal that reaches npm and this process at the same moment is one wish, not two.
var SAME_WISH_MS = 300;

function fail(message) {
  process.stderr.write('penstock: ' + message + '\n');
  process.exit(1);
}

function isSupported(version) {
  var parts = version.split('.').map(Number);
  return parts[0] === 24 && parts[1] >= 21;
}

/** The path of the Node to use; says one line and exits with 1 when there is none. */
function findNode() {
  var name = 'node-' + process.platform + '-' + process.arch;
  try {
    var pinned = path.join(path.dirname(require.resolve(name + '/package.json')), 'bin', 'node');
    fs.accessSync(pinned, fs.constants.X_OK);
    return pinned;
  } catch (error) {
    if (isSupported(process.versions.node)) return process.execPath;
    return fail(
      'needs Node >=24.21 <25, but the package ' +
        name +
        ' is not installed and this is Node ' +
        process.versions.node +
        '; run npm ci (without --omit=optional).',
    );
  }
}

// A young generation of 64 MB: the bodies of messages die before they are copied. Collecting took 21 us of CPU a
// message on all threads with Node's 16 MB, 16 us with this, and the main thread a fifth less.
/** What Node is given whenever it runs for Penstock; the benches give the same. */
exports.nodeOptions = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=64'];

/** Runs `script` (relative to the repository) with the arguments of this process; ends as the child ends. */
exports.run = function run(script, firstArguments) {
  var node = findNode();
  var root = path.join(__dirname, '..');
  var args = exports.nodeOptions.concat('--require', path.join(__dirname, '_parent.cjs'));
  args = args.concat(path.join(root, script), firstArguments || [], process.argv.slice(2));
  var env = Object.assign({}, process.env);
  env.PATH = path.dirname(node) + path.delimiter + (env.PATH || '');
  // What is compiled once is kept beside the code, where only those may write who may change the code itself; where
  // nobody may, it is compiled each time. A command of the platform takes 0.8 s of CPU with it and 1.5 without, one for
  // files 0.2 and 0.5.
  if (env.NODE_COMPILE_CACHE === undefined) env.NODE_COMPILE_CACHE = path.join(root, 'node_modules', '.compiled');
  var child = childProcess.spawn(node, args, {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    detached: true,
    env: env,
  });

  var lastForwarded = {};
  ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach(function (signal) {
    process.on(signal, function () {
      var now = Date.now();
      if (now - (lastForwarded[signal] || 0) > SAME_WISH_MS) child.kill(signal);
      lastForwarded[signal] = now;
    });
  });
  child.on('error', function (error) {
    fail('cannot run ' + node + ': ' + error.message);
  });
  child.on('exit', function (code, signal) {
    process.exit(signal ? 128 + os.constants.signals[signal] : code);
  });
};
