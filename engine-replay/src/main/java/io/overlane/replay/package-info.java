// SPDX-License-Identifier: Apache-2.0
/**
 * A captured network as an underlay: the verdict of the host's link, IP and UDP layers on each packet before it reaches
 * a tunnel's socket.
 *
 * <pre>
 *  CaptureReader -> LinkLayer -> IPv4 / IPv6 -> Reassembly -> UDP -> CaptureUnderlay.poll
 *                   |            |              |          |
 *                   '------------'- one DropReason per packet
 * </pre>
 */
@NullMarked
package io.overlane.replay;

import org.jspecify.annotations.NullMarked;
