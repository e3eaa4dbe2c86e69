// SPDX-License-Identifier: Apache-2.0
/**
 * A captured network, seen as an underlay: what the host's link, IP and UDP layers would have made of each packet
 * before a tunnel's socket saw it.
 *
 * <pre>
 *  PcapReader -> LinkLayer -> IPv4 / IPv6 -> Reassembly -> UDP -> CaptureUnderlay.poll
 *                   |            |              |          |
 *                   '------------'- one DropReason per packet
 * </pre>
 */
package io.overlane.replay;
