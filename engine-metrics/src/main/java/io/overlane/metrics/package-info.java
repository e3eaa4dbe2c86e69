// SPDX-License-Identifier: Apache-2.0
/** The numbers and events of an engine for other libraries. */
@NullMarked
package io.overlane.metrics;

import org.jspecify.annotations.NullMarked;
