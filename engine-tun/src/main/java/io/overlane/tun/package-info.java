// SPDX-License-Identifier: Apache-2.0
/** Linux TAP and TUN devices and UDP sockets over libc: the only native code of the engine. */
package io.overlane.tun;
