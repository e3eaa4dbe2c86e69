// SPDX-License-Identifier: Apache-2.0
/**
 * Frames that are written byte by byte from plain values, and captures that we made.
 *
 * <p>This package does not use the engine, so its tests find mistakes in the engine's own header code.
 */
@NullMarked
package io.overlane.testdata;

import org.jspecify.annotations.NullMarked;
