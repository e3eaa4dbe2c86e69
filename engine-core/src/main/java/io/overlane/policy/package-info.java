// SPDX-License-Identifier: Apache-2.0
/**
 * The settings of a segment and of the IP network: ports, addresses, and the policy, which says what happens to frames:
 * the sources they are accepted from, the frames that are dropped, VLAN tags, congestion marks, flood limits and outer
 * headers. The data path reads a fixed copy of a {@link SegmentPolicy}.
 */
@NullMarked
package io.overlane.policy;

import org.jspecify.annotations.NullMarked;
