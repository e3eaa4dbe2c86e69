/** The tenant edge, tried from both sides. */
package io.overlane.port;
