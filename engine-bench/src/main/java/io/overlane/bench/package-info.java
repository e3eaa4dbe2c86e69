// SPDX-License-Identifier: Apache-2.0
/** One JMH class per question about the hot path. */
@NullMarked
package io.overlane.bench;

import org.jspecify.annotations.NullMarked;
