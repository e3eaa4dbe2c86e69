// SPDX-License-Identifier: Apache-2.0
/** Stress tests of the ring between an application and the engine. */
package io.overlane.port;
