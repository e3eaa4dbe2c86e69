// SPDX-License-Identifier: Apache-2.0
/**
 * The VTEPs this engine knows, numbered, so that tables and batches can name one with an {@code int}.
 */
package io.overlane.remote;
