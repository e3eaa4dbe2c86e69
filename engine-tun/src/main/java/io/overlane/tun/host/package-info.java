// SPDX-License-Identifier: Apache-2.0
/**
 * The host around a device: the {@code ip} command and other programs, the underlay's MTU and routes, and the identity
 * of this node. Pure Java; used by one thread, at start and stop only.
 */
@NullMarked
package io.overlane.tun.host;

import org.jspecify.annotations.NullMarked;
