// SPDX-License-Identifier: Apache-2.0
/**
 * The network edge: UDP datagrams to and from other tunnel endpoints. This package does not look into datagrams.
 */
@NullMarked
package io.overlane.underlay;

import org.jspecify.annotations.NullMarked;
