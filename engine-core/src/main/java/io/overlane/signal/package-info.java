// SPDX-License-Identifier: Apache-2.0
/**
 * How one thread waits for another without spinning and without a lock.
 */
@NullMarked
package io.overlane.signal;

import org.jspecify.annotations.NullMarked;
