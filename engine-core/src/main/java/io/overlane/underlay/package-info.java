// SPDX-License-Identifier: Apache-2.0
/**
 * The network edge: UDP datagrams to and from other tunnel endpoints, whatever sends them.
 *
 * <p>Nothing here knows what is inside a datagram.
 */
@NullMarked
package io.overlane.underlay;

import org.jspecify.annotations.NullMarked;
