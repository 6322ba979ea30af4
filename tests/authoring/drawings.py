"""Drawings as common programs write them, written for these tests."""

INKSCAPE = b"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!-- Created with Inkscape (http://www.inkscape.org/) -->
<svg width="210mm" height="105mm" viewBox="0 0 210 105" version="1.1" id="svg5"
   inkscape:version="1.2.2 (b0a84865, 2022-12-01)" sodipodi:docname="/home/ida/secret place.svg"
   xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" xmlns:xlink="http://www.w3.org/1999/xlink"
   xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" xmlns="http://www.w3.org/2000/svg"
   xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">
  <sodipodi:namedview id="namedview7" pagecolor="#ffffff" inkscape:zoom="0.7"/>
  <metadata><rdf:RDF><dc:creator>Ida Holm, secret</dc:creator></rdf:RDF></metadata>
  <defs id="defs2">
    <linearGradient inkscape:collect="always" id="linearGradient3755-6">
      <stop style="stop-color:#0a5c8a;stop-opacity:1;" offset="0" id="stop1"/>
      <stop style="stop-color:#ffffff;stop-opacity:0.5;" offset="1" id="stop2"/>
    </linearGradient>
    <linearGradient inkscape:collect="always" xlink:href="#linearGradient3755-6" id="lg2" x1="10" y1="10" x2="90"
       y2="10" gradientUnits="userSpaceOnUse" gradientTransform="translate(2.5,-1e-3)"/>
    <marker style="overflow:visible" id="Arrow1" refX="0" refY="0" orient="auto" inkscape:stockid="Arrow1">
      <path transform="scale(0.5)" style="fill:context-stroke;fill-rule:evenodd;stroke:none" d="M 0,0 5,-5 z"/>
    </marker>
  </defs>
  <g inkscape:label="Layer 1" inkscape:groupmode="layer" id="layer1">
    <rect style="fill:url(#lg2);fill-opacity:1;stroke:#000000;stroke-width:0.5;-inkscape-stroke:none" id="rect111"
       width="80" height="40" x="10" y="10" ry="3.5"/>
    <path style="fill:none;stroke:#800000;stroke-width:1px;marker-end:url(#Arrow1)" d="M 90,30 H 130"
       sodipodi:nodetypes="cc" inkscape:connector-curvature="0"/>
    <text xml:space="preserve" style="font-size:8px;line-height:1.25;font-family:sans-serif;text-anchor:middle"
       x="50" y="32"><tspan sodipodi:role="line" x="50" y="32" style="font-weight:bold">Ward <a
       xlink:href="https://example.org">seven</a> &amp; more</tspan></text>
  </g>
  <g inkscape:label="Hidden" style="display:none"><text x="1" y="1">secret draft</text></g>
</svg>
"""
ILLUSTRATOR = b"""<?xml version="1.0" encoding="utf-8"?>
<!-- Generator: Adobe Illustrator 16.0.0, SVG Export Plug-In . SVG Version: 6.00 Build 0)  -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [
  <!ENTITY ns_extend "http://ns.adobe.com/Extensibility/1.0/">
  <!ENTITY ns_ai "http://ns.adobe.com/AdobeIllustrator/10.0/">
]>
<svg version="1.1" id="Layer_1" xmlns:x="&ns_extend;" xmlns:i="&ns_ai;" xmlns="http://www.w3.org/2000/svg"
   xmlns:xlink="http://www.w3.org/1999/xlink" x="0px" y="0px" width="300px" height="150px" viewBox="0 0 300 150"
   enable-background="new 0 0 300 150" xml:space="preserve">
<style type="text/css">
  .st0{clip-path:url(#SVGID_2_);} .st1{fill:#FFCC00;stroke:#231F20;stroke-miterlimit:10;}
  .st2, text { font-family:'MyriadPro-Regular', sans-serif; } .st3{font-size:24px;}
  @import url(https://evil.example/x.css);
</style>
<switch>
  <foreignObject requiredExtensions="&ns_ai;" x="0" y="0" width="1" height="1">
    <i:pgfRef xlink:href="#a"/></foreignObject>
  <g i:extraneous="self">
    <g><defs><rect id="SVGID_1_" width="200" height="100"/></defs>
      <clipPath id="SVGID_2_"><use xlink:href="#SVGID_1_" style="overflow:visible;"/></clipPath>
      <g class="st0"><circle class="st1" cx="100" cy="50" r="60"/></g></g>
    <text transform="matrix(1 0 0 1 20 130)" class="st2 st3">Hand over</text>
  </g>
</switch>
</svg>
"""
DRAW_IO = b"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" width="121px"
 height="61px" viewBox="-0.5 -0.5 121 61" content="&lt;mxfile host=&quot;secret.example&quot;&gt;&lt;/mxfile&gt;"
 style="background-color: rgb(255, 255, 255);"><defs/><g><g data-cell-id="0"><g data-cell-id="1"><g data-cell-id="x">
<rect x="0" y="0" width="120" height="60" fill="#dae8fc" stroke="#6c8ebf" pointer-events="all"
 style="fill: light-dark(#dae8fc, #1d293b); stroke: light-dark(#6c8ebf, #5c79a3);"/>
<g transform="translate(-0.5 -0.5)"><switch>
<foreignObject style="overflow: visible; text-align: left;" pointer-events="none" width="100%" height="100%"
 requiredFeatures="http://www.w3.org/TR/SVG11/feature#Extensibility"><div xmlns="http://www.w3.org/1999/xhtml"
 style="display: flex;"><div>Start here</div></div></foreignObject>
<text x="60" y="34" fill="light-dark(#000000, #ffffff)" font-family="&quot;Helvetica&quot;" font-size="12px"
 text-anchor="middle">Start here</text></switch></g></g></g></g></g>
<switch><g requiredFeatures="http://www.w3.org/TR/SVG11/feature#Extensibility"/><a transform="translate(0,-5)"
 xlink:href="https://www.drawio.com/doc/faq/svg-export-text-problems" target="_blank"><text text-anchor="middle"
 font-size="10px" x="50%" y="100%">Text is not SVG - cannot display</text></a></switch></svg>
"""
