// SPDX-License-Identifier: Apache-2.0
/**
 * Linux TAP and TUN devices as ports, and a wait for devices and sockets together. UDP sockets are in
 * {@link io.overlane.tun.udp}.
 */
@NullMarked
package io.overlane.tun;

import org.jspecify.annotations.NullMarked;
