"""Sidecars as programs write them: order, spacing, quotes, prefixes and line ends are theirs; long lists are cut."""

from __future__ import annotations

LIGHTROOM = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0-c000 1.000000, 0000/00/00">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:xmpDM="http://ns.adobe.com/xmp/1.0/DynamicMedia/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
   xmp:ModifyDate="2024-05-04T12:30:00+02:00"
   xmp:Rating="3"
   xmp:Label="Gr\xc3\xbcn"
   xmpDM:pick="1"
   xmpDM:good="true"
   crs:Version="16.2"
   crs:Exposure2012="+0.35"
   crs:HasSettings="True"
   crs:AlreadyApplied="False"
   crs:RawFileName="IMG_0001.CR3">
   <dc:creator>
    <rdf:Seq>
     <rdf:li>A &amp; B</rdf:li>
    </rdf:Seq>
   </dc:creator>
   <crs:ToneCurvePV2012>
    <rdf:Seq>
     <rdf:li>0, 0</rdf:li>
     <rdf:li>255, 255</rdf:li>
    </rdf:Seq>
   </crs:ToneCurvePV2012>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""

DARKTABLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:exif="http://ns.adobe.com/exif/1.0/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:darktable="http://darktable.sf.net/"
   exif:DateTimeOriginal="2024:05:04 12:30:00.000"
   xmp:Rating="-1"
   darktable:xmp_version="5"
   darktable:raw_params="0"
   darktable:auto_presets_applied="1"
   darktable:history_end="9"
   darktable:iop_order_version="4"
   darktable:history_basic_hash="8921fe8edb66aeacff411f85c52c8f4a"
   darktable:history_current_hash="5746e8e023517a2df85554f13a0cb807">
   <darktable:masks_history>
    <rdf:Seq/>
   </darktable:masks_history>
   <darktable:colorlabels>
    <rdf:Seq>
     <rdf:li>2</rdf:li>
     <rdf:li>0</rdf:li>
    </rdf:Seq>
   </darktable:colorlabels>
   <darktable:history>
    <rdf:Seq>
     <rdf:li
      darktable:num="0"
      darktable:operation="gamma"
      darktable:enabled="1"
      darktable:params="0000000000000000"/>
    </rdf:Seq>
   </darktable:history>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""

DIGIKAM = b"""<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:digiKam="http://www.digikam.org/ns/1.0/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:acdsee="http://ns.acdsee.com/iptc/1.0/"
    xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/"
   digiKam:ColorLabel="4"
   digiKam:PickLabel="3"
   xmp:Rating="4"
   acdsee:rating="4"
   MicrosoftPhoto:Rating="75">
   <digiKam:TagsList>
    <rdf:Seq>
     <rdf:li>Leute/Anna</rdf:li>
    </rdf:Seq>
   </digiKam:TagsList>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""

CAPTURE_ONE = b"""<?xml version="1.0" encoding="UTF-8"?>\r
<x:xmpmeta xmlns:x="adobe:ns:meta/">\r
  <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\r
    <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">\r
      <xmp:Rating>2</xmp:Rating>\r
      <xmp:Label>None</xmp:Label>\r
    </rdf:Description>\r
    <rdf:Description rdf:about="" xmlns:lightroom="http://ns.adobe.com/lightroom/1.0/">\r
      <lightroom:hierarchicalSubject><rdf:Bag><rdf:li>Ort|K\xc3\xb6ln</rdf:li></rdf:Bag></lightroom:hierarchicalSubject>\r
    </rdf:Description>\r
  </rdf:RDF>\r
</x:xmpmeta>\r
"""

PHOTO_MECHANIC = b"""<?xpacket begin='\xef\xbb\xbf' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x='adobe:ns:meta/' x:xmptk='XMP Core'>
<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>
<rdf:Description rdf:about='' xmlns:photomechanic='http://ns.camerabits.com/photomechanic/1.0/'
 photomechanic:ColorClass='2' photomechanic:Tagged='True' photomechanic:Prefs='1:2:5:008771'
 photomechanic:PMVersion='PM6'>
</rdf:Description>
<rdf:Description rdf:about='' xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/'>
<photoshop:DateCreated>2024-03-02T11:29:18+01:00</photoshop:DateCreated>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end='w'?>"""

BRIDGE = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 9.1-c002">
   <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description rdf:about=""
            xmlns:xap="http://ns.adobe.com/xap/1.0/"
            xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/">
         <xap:Rating>-1</xap:Rating>
         <!-- set in Bridge -->
         <xap:Label>Select</xap:Label>
         <crs:RawFileName>IMG_0001.CR2</crs:RawFileName>
      </rdf:Description>
   </rdf:RDF>
</x:xmpmeta>
"""

ACDSEE = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Public XMP Toolkit Core 4.0">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:acdsee="http://ns.acdsee.com/iptc/1.0/">
   <acdsee:rating>5</acdsee:rating>
   <acdsee:tagged>True</acdsee:tagged>
   <acdsee:notes/>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""

XNVIEW = b"""<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 5.5.0">
   <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Label="Yellow" xmp:Rating="1"/>
   </rdf:RDF>
</x:xmpmeta>
"""

WINDOWS = b"""<?xpacket begin='\xef\xbb\xbf' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\
<rdf:Description rdf:about="uuid:faf5bdd5-ba3d-11da-ad31-d33d75182f1b" \
xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/"><MicrosoftPhoto:Rating>50</MicrosoftPhoto:Rating>\
</rdf:Description></rdf:RDF></x:xmpmeta>\n\
\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\n\
<?xpacket end='w'?>"""

UNTOUCHED = b"""<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:darktable="http://darktable.sf.net/"
   darktable:history_end="8"
   darktable:history_auto_hash="8921fe8edb66aeacff411f85c52c8f4a"
   darktable:history_current_hash="8921fe8edb66aeacff411f85c52c8f4a"/>
 </rdf:RDF>
</x:xmpmeta>
"""

XMP = {
    "Lightroom": LIGHTROOM,
    "darktable": DARKTABLE,
    "digiKam": DIGIKAM,
    "Capture One": CAPTURE_ONE,
    "Photo Mechanic": PHOTO_MECHANIC,
    "Bridge": BRIDGE,
    "ACDSee": ACDSEE,
    "XnView": XNVIEW,
    "Windows": WINDOWS,
    "darktable, as imported": UNTOUCHED,
}

RAWTHERAPEE = b"""[Version]
AppVersion=5.10
Version=351

[General]
Rank=4
ColorLabel=3
InTrash=false

[Exposure]
Auto=false
Compensation=0.33
"""

DXO = b"""Sidecar = {\r
\tDate = "2026-09-18T22:29:42.1330000Z",\r
\tSoftware = "DxO PhotoLab 8.1",\r
\tSource = {\r
\t\tItems = {\r
\t\t\t{\r
\t\t\tName = "TSC05691.ARW",\r
\t\t\tProcessingStatus = 3,\r
\t\t\tRating = 3,\r
\t\t\tSettings = {\r
\t\t\t\tOverrides = {\r
\t\t\t\t\tExposureBias = 0.3,\r
\t\t\t\t},\r
\t\t\t\tVersion = "21.0",\r
\t\t\t},\r
\t\t\t},\r
\t\t\t{\r
\t\t\tName = "TSC05691.ARW",\r
\t\t\tRating = 1,\r
\t\t\t},\r
\t\t},\r
\t},\r
}\r
"""

COS = b"""<?xml version="1.0"?>
<SL Version="131">
  <DL>
    <E K="Basic_ColorTag" V="4"/>
    <E K="Basic_Rating" V="5"/>
  </DL>
</SL>
"""
