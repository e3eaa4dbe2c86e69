// SPDX-License-Identifier: Apache-2.0
/**
 * Super-frames: one of them cut into the segments that fit the wire, and segments that belong together joined into one.
 *
 * <p>A super-frame is what the kernel's TSO and USO exchange over a device with a {@code virtio_net_hdr}: one set of
 * headers, up to 64 KiB of payload, and the size of the pieces. Everything the engine does per frame it then does once
 * for some 45 packets.
 */
@NullMarked
package io.overlane.offload;

import org.jspecify.annotations.NullMarked;
