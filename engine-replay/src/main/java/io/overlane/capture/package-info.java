// SPDX-License-Identifier: Apache-2.0
/**
 * Live capture: the packets of a running engine and the verdict on each, as pcapng.
 *
 * <pre>
 *  engine's threads ─► CaptureListener ─► ring ─► CaptureWriter, a thread ─► CaptureFiles ─► pcapng
 *                       filter, copy              comments, outer headers      rotation
 * </pre>
 *
 * The engine's threads never wait: a record that finds no room in the ring is counted as lost.
 */
@NullMarked
package io.overlane.capture;

import org.jspecify.annotations.NullMarked;
