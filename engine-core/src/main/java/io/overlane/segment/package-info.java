// SPDX-License-Identifier: Apache-2.0
/**
 * What one network isolates: a VXLAN segment with its VNI, or the one IP network of the {@code ip-udp} mode; its
 * ports, its flood list, its policies.
 */
package io.overlane.segment;
