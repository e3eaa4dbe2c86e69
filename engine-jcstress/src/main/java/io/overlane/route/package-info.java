// SPDX-License-Identifier: Apache-2.0
/** Stress tests of the routes. */
package io.overlane.route;
