// SPDX-License-Identifier: Apache-2.0
/**
 * Linux TAP and TUN devices as ports, and a wait for devices and sockets together. UDP sockets are in
 * {@link io.overlane.tun.udp}, the calls of the C library in {@link io.overlane.tun.libc}.
 */
package io.overlane.tun;
