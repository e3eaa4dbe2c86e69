// SPDX-License-Identifier: Apache-2.0
/** The MAC addresses of IP addresses in a segment, by which the engine answers ARP and neighbour discovery. */
@NullMarked
package io.overlane.neighbor;

import org.jspecify.annotations.NullMarked;
