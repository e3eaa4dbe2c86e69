// SPDX-License-Identifier: Apache-2.0
/**
 * The tables of the IP gateway as the data path reads them: routing contexts with their routes, and the gateways of
 * segments. One thread writes; any thread reads without locks. Not for applications.
 */
@NullMarked
package io.overlane.gateway;

import org.jspecify.annotations.NullMarked;
