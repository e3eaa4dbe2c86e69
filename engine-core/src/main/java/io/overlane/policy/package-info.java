// SPDX-License-Identifier: Apache-2.0
/**
 * What a segment does with frames: the sources it accepts them from, the frames it drops, what it does with VLAN tags
 * and congestion marks, how much it may flood, and what outer headers say. An application sets a
 * {@link SegmentPolicy}; the data path reads a fixed copy of it.
 */
package io.overlane.policy;
