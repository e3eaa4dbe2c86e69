// SPDX-License-Identifier: Apache-2.0
/** Stress tests of commands and of the end of an engine. */
package io.overlane.engine;
