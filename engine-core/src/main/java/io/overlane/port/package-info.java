// SPDX-License-Identifier: Apache-2.0
/**
 * The tenant edge: where frames enter from a host, an application or a test, and where they leave to it.
 */
package io.overlane.port;
