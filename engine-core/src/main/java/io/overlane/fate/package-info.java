// SPDX-License-Identifier: Apache-2.0
/**
 * What became of each frame: an application adds a {@code FateListener} to a running engine, and the engine's threads
 * call it once for every frame, at the moment at which they count the frame's fate.
 */
@NullMarked
package io.overlane.fate;

import org.jspecify.annotations.NullMarked;
