// SPDX-License-Identifier: Apache-2.0
/**
 * The fate of every frame: the reasons for drops, and counters that add up.
 */
@NullMarked
package io.overlane.status;

import org.jspecify.annotations.NullMarked;
