// SPDX-License-Identifier: Apache-2.0
/** {@code demo}: two engines in one JVM exchange numbered frames, so that each loss is found. */
@NullMarked
package io.overlane.examples.demo;

import org.jspecify.annotations.NullMarked;
