// SPDX-License-Identifier: Apache-2.0
/** The runnable jar with all commands, and the README's example. */
@NullMarked
package io.overlane.examples;

import org.jspecify.annotations.NullMarked;
