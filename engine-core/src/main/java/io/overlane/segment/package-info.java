// SPDX-License-Identifier: Apache-2.0
/**
 * The data path's view of one network: a VXLAN segment with its VNI, or the IP network of the {@code ip-udp} mode, with
 * its ports, its flood list and the sources it knows.
 */
package io.overlane.segment;
