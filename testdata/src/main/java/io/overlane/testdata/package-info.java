// SPDX-License-Identifier: Apache-2.0
/**
 * Frames written byte by byte from plain values, and captures we made ourselves.
 *
 * <p>Nothing here uses the engine, so that a mistake in the engine's own header code cannot hide in its tests.
 */
package io.overlane.testdata;
