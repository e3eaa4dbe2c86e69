// SPDX-License-Identifier: Apache-2.0
/**
 * A simulated fabric: many engines in one JVM on a virtual clock, and a model that says what each of them must do with
 * each frame.
 */
@NullMarked
package io.overlane.testkit.fabric;

import org.jspecify.annotations.NullMarked;
