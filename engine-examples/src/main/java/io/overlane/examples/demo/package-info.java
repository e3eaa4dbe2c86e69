// SPDX-License-Identifier: Apache-2.0
/** {@code demo}: two engines in one JVM, and numbered frames that tell what became of each. */
package io.overlane.examples.demo;
