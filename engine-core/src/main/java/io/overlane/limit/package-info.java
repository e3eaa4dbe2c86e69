// SPDX-License-Identifier: Apache-2.0
/**
 * How much may happen in a time.
 */
package io.overlane.limit;
