// SPDX-License-Identifier: Apache-2.0
/**
 * What a segment does with frames: whom it accepts them from, what it drops, what it does with VLAN tags and congestion
 * marks, how much it may flood, and what outer headers say. {@link SegmentPolicy} is what an application sets;
 * {@link ActivePolicy} is an immutable copy, by which the data path judges frames.
 */
package io.overlane.policy;
