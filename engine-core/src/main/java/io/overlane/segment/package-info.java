// SPDX-License-Identifier: Apache-2.0
/**
 * A VXLAN segment with its VNI, or the one IP network of the {@code ip-udp} mode, as the data path sees it: its ports,
 * its flood list, and the rules in force.
 */
@NullMarked
package io.overlane.segment;

import org.jspecify.annotations.NullMarked;
