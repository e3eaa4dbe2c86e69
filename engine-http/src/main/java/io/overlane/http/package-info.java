// SPDX-License-Identifier: Apache-2.0
/**
 * What running engines show over HTTP: metrics for a monitoring system, health for a supervisor, JSON for programs, and
 * a page for people. Nothing can be changed this way.
 */
@NullMarked
package io.overlane.http;

import org.jspecify.annotations.NullMarked;
