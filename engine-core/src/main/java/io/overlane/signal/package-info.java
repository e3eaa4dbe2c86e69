// SPDX-License-Identifier: Apache-2.0
/** Waiting for another thread without spinning and without a lock. */
@NullMarked
package io.overlane.signal;

import org.jspecify.annotations.NullMarked;
