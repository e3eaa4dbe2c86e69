// SPDX-License-Identifier: Apache-2.0
/**
 * What the host around a device must know: its addresses, routes and neighbours, the underlay's MTU and which node this
 * is. Pure Java and the {@code ip} command; used at start and stop only, by one thread.
 */
package io.overlane.tun.host;
