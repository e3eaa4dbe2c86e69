// SPDX-License-Identifier: Apache-2.0
/**
 * UDP sockets through the C library: the underlay that joins datagrams and sends and receives many in one call.
 */
@NullMarked
package io.overlane.tun.udp;

import org.jspecify.annotations.NullMarked;
