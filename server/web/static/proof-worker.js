/* Finds the number whose SHA-256, after the challenge's salt and nonce, begins as asked.

   Written out here because crypto.subtle is there only over TLS, answers one promise a try, and is
   missing in old browsers. One block of 64 bytes a try: 32 of salt and nonce, 4 of the number. */
"use strict";

var K = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
];
var START = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
];

var w = typeof Int32Array === "undefined" ? new Array(64) : new Int32Array(64);
var out = [0, 0, 0, 0, 0, 0, 0, 0];

function hash(block) {
  var a = START[0], b = START[1], c = START[2], d = START[3];
  var e = START[4], f = START[5], g = START[6], h = START[7];
  var i, x, y, s, t;
  for (i = 0; i < 16; i++) {
    w[i] = block[i];
  }
  for (i = 16; i < 64; i++) {
    x = w[i - 15];
    y = w[i - 2];
    x = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    y = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16] + x + w[i - 7] + y) | 0;
  }
  for (i = 0; i < 64; i++) {
    s = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    t = (h + s + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    s = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    s = (s + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t) | 0;
    d = c;
    c = b;
    b = a;
    a = (t + s) | 0;
  }
  out[0] = (START[0] + a) | 0;
  out[1] = (START[1] + b) | 0;
  out[2] = (START[2] + c) | 0;
  out[3] = (START[3] + d) | 0;
  out[4] = (START[4] + e) | 0;
  out[5] = (START[5] + f) | 0;
  out[6] = (START[6] + g) | 0;
  out[7] = (START[7] + h) | 0;
}

function words(hex) {
  var found = [];
  for (var at = 0; at < hex.length; at += 8) {
    found.push(parseInt(hex.substr(at, 8), 16) | 0);
  }
  return found;
}

function hex(values) {
  var written = "";
  for (var i = 0; i < values.length; i++) {
    written += ("0000000" + (values[i] >>> 0).toString(16)).slice(-8);
  }
  return written;
}

function base64(plain) {
  var letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  var written = "";
  for (var i = 0; i < plain.length; i += 3) {
    var left = plain.length - i;
    var three =
      (plain.charCodeAt(i) << 16) |
      ((left > 1 ? plain.charCodeAt(i + 1) : 0) << 8) |
      (left > 2 ? plain.charCodeAt(i + 2) : 0);
    written +=
      letters.charAt(three >> 18) +
      letters.charAt((three >> 12) & 63) +
      (left > 1 ? letters.charAt((three >> 6) & 63) : "=") +
      (left > 2 ? letters.charAt(three & 63) : "=");
  }
  return written;
}

self.onmessage = function (event) {
  var challenge = JSON.parse(event.data);
  var asked = challenge.parameters;
  var block = words(asked.salt).concat(words(asked.nonce));
  var prefix = words(asked.keyPrefix);
  var begun = new Date().getTime();
  block[9] = 0x80000000 | 0;
  for (var i = 10; i < 15; i++) {
    block[i] = 0;
  }
  block[15] = 36 * 8;
  for (var number = 0; number < 4294967296; number++) {
    block[8] = number | 0;
    hash(block);
    if (out[0] === prefix[0] && out[1] === prefix[1] && out[2] === prefix[2] && out[3] === prefix[3]) {
      var took = new Date().getTime() - begun;
      var solution = { counter: number, derivedKey: hex(out), time: took };
      self.postMessage(base64(JSON.stringify({ challenge: challenge, solution: solution })));
      return;
    }
  }
};
