// SPDX-License-Identifier: Apache-2.0
/**
 * Decisions of an application about frames: a {@code Stage} sees each frame between the checks of the engine and the
 * choice of its destination, and drops it, redirects it, sends copies of it elsewhere, or lets it pass.
 */
@NullMarked
package io.overlane.stage;

import org.jspecify.annotations.NullMarked;
