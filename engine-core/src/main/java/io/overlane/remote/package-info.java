// SPDX-License-Identifier: Apache-2.0
/**
 * The VTEPs this engine knows, with a number for each, so that tables and batches hold an {@code int} instead of an
 * address.
 */
@NullMarked
package io.overlane.remote;

import org.jspecify.annotations.NullMarked;
