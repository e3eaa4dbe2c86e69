// SPDX-License-Identifier: Apache-2.0
/**
 * Who has which IP address in a segment, so that ARP and neighbour discovery can be answered instead of flooded.
 */
@NullMarked
package io.overlane.neighbor;

import org.jspecify.annotations.NullMarked;
