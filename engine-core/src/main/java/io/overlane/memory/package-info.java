// SPDX-License-Identifier: Apache-2.0
/** Memory for frames and tables, on and off the heap, that needs no flag of the JVM. */
@NullMarked
package io.overlane.memory;

import org.jspecify.annotations.NullMarked;
