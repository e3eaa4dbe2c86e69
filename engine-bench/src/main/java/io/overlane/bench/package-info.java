// SPDX-License-Identifier: Apache-2.0
/** One JMH class per question about the hot path. */
package io.overlane.bench;
