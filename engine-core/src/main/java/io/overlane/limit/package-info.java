// SPDX-License-Identifier: Apache-2.0
/**
 * A limit of events per second.
 */
package io.overlane.limit;
