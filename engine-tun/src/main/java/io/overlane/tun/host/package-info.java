// SPDX-License-Identifier: Apache-2.0
/**
 * What a program must know of the host around a device: the {@code ip} command and others like it, the underlay's MTU
 * and routes, and which node this is. Pure Java; used at start and stop only, by one thread.
 */
package io.overlane.tun.host;
