// SPDX-License-Identifier: Apache-2.0
/**
 * What became of every frame: the named reasons, and the counters that add up.
 */
@NullMarked
package io.overlane.status;

import org.jspecify.annotations.NullMarked;
